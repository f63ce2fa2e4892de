// Push on this very device: shows the one state that is true, asks only after a tap.
const send = (method, body, csrf) => fetch('/api/push/subscriptions', {
  method,
  headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf },
  body: JSON.stringify(body),
});

const forget = async (subscription, csrf) => {
  await send('DELETE', { endpoint: subscription.endpoint }, csrf);
  await subscription.unsubscribe();
  localStorage.removeItem(memory);
};

const bytes = (base64url) => Uint8Array.from(
  atob(base64url.replace(/-/g, '+').replace(/_/g, '/').padEnd(Math.ceil(base64url.length / 4) * 4, '=')),
  (letter) => letter.charCodeAt(0),
);

const subscribed = async () => {
  const registration = await navigator.serviceWorker?.getRegistration();
  return await registration?.pushManager?.getSubscription() ?? null;
};

// The subscription under the server's present key; one made with an older key stands in the way and is given up.
const subscribeAnew = async () => {
  const { pushManager } = await navigator.serviceWorker.ready;
  const { key } = await (await fetch('/api/push/key')).json();
  const options = { userVisibleOnly: true, applicationServerKey: bytes(key) };
  try {
    return await pushManager.subscribe(options);
  } catch (error) {
    if (error.name !== 'InvalidStateError') throw error;
    await (await pushManager.getSubscription())?.unsubscribe();
    return pushManager.subscribe(options);
  }
};

// What this browser remembers of push: nothing while it is off, else the sign-in and the address last told to the server.
// A few letters of the token tell one sign-in from another and are of no use to anybody.
const memory = 'push';
const told = (subscription, csrf) => `${csrf.slice(0, 8)} ${subscription.endpoint}`;

// The server may have given up on this browser meanwhile, or never have heard of it: told again, it knows it again.
const tell = async (subscription, csrf) => {
  const answer = await send('POST', subscription, csrf);
  if (answer.ok) {
    localStorage.setItem(memory, told(subscription, csrf));
    return true;
  }
  if (answer.status !== 400 && answer.status !== 409) throw new Error(`not stored: ${answer.status}`);
  await subscription.unsubscribe();
  localStorage.removeItem(memory);
  if (answer.status === 400) throw new Error('subscription refused');
  return false;
};

// On a signed-in visit: a subscription that the browser changed or lost, or that a change of the server's key made
// useless, comes back by itself, once for each sign-in and address.
const keep = async (csrf) => {
  if (!('PushManager' in window) || !('Notification' in window) || Notification.permission !== 'granted') return;
  const [subscription, remembered] = [await subscribed(), localStorage.getItem(memory)];
  if (!subscription && !remembered) return;
  if (!subscription || remembered !== told(subscription, csrf)) await tell(await subscribeAnew(), csrf);
};

behaviour('keep-push', (page) => {
  if (!document.querySelector('[data-behaviour="push"]')) keep(page.dataset.csrf).catch(() => null);
});

behaviour('push', (part) => {
  const { csrf } = part.dataset;
  const show = (state) => {
    for (const shown of part.querySelectorAll('[data-state]')) shown.hidden = shown.dataset.state !== state;
  };
  const standalone = matchMedia('(display-mode: standalone)').matches || navigator.standalone === true;
  const apple = /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);

  const present = async () => {
    if (!('PushManager' in window) || !('Notification' in window) || !await worker) {
      show(apple && !standalone ? 'install' : 'unsupported');
    } else if (Notification.permission === 'denied') {
      show('denied');
    } else {
      const subscription = await subscribed();
      const known = subscription && Notification.permission === 'granted' && await tell(subscription, csrf);
      show(known ? 'on' : 'ask');
    }
  };

  const turnOn = async () => {
    if (await Notification.requestPermission() === 'granted') await subscribeAnew();
    return present();
  };

  const turnOff = async () => {
    const subscription = await subscribed();
    if (subscription) await forget(subscription, csrf);
    return present();
  };

  part.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-push]');
    if (!button || button.disabled) return;
    button.disabled = true;
    try {
      await (button.dataset.push === 'on' ? turnOn() : turnOff());
    } catch {
      show('failed');
    } finally {
      button.disabled = false;
    }
  });
  show('');
  present().catch(() => show('failed'));
});
