// A behaviour is a function that brings one element to life: behaviour('toast', (element) => { … }).
const behaviours = new Map();
const behaviour = (name, attach) => behaviours.set(name, attach);

const trusted = window.trustedTypes
  ? trustedTypes.createPolicy('suishenban', {
      createHTML: (html) => html, // only for pages of this house, see live-search.js
      createScriptURL: (url) => {
        if (url !== '/sw.js') throw new TypeError('unexpected script');
        return url;
      },
    })
  : { createHTML: (html) => html, createScriptURL: (url) => url };

const attachAll = (root) => {
  for (const element of root.querySelectorAll('[data-behaviour]')) {
    const attach = behaviours.get(element.dataset.behaviour);
    if (attach && !element.dataset.alive) {
      element.dataset.alive = 'yes';
      attach(element);
    }
  }
};

document.addEventListener('DOMContentLoaded', () => attachAll(document));

const worker = 'serviceWorker' in navigator && window.isSecureContext
  ? navigator.serviceWorker.register(trusted.createScriptURL('/sw.js'), { updateViaCache: 'none' }).catch(() => null)
  : Promise.resolve(null);
