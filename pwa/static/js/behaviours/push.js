// Push on this very device: shows the one state that is true, asks only after a tap.
const send = (method, body, csrf) => fetch('/api/push/subscriptions', {
  method,
  headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf },
  body: JSON.stringify(body),
});

const forget = async (subscription, csrf) => {
  await send('DELETE', { endpoint: subscription.endpoint }, csrf);
  await subscription.unsubscribe();
};

const bytes = (base64url) => Uint8Array.from(
  atob(base64url.replace(/-/g, '+').replace(/_/g, '/').padEnd(Math.ceil(base64url.length / 4) * 4, '=')),
  (letter) => letter.charCodeAt(0),
);

// A subscription made with an older key of the server stands in the way of a new one.
const subscribeAnew = async (pushManager, key) => {
  const options = { userVisibleOnly: true, applicationServerKey: bytes(key) };
  try {
    return await pushManager.subscribe(options);
  } catch (error) {
    if (error.name !== 'InvalidStateError') throw error;
    await (await pushManager.getSubscription())?.unsubscribe();
    return pushManager.subscribe(options);
  }
};

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
      const subscription = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
      const known = subscription && Notification.permission === 'granted' && await tell(subscription);
      show(known ? 'on' : 'ask');
    }
  };

  // The server may have given up on this browser meanwhile: told again, it knows it again.
  const tell = async (subscription) => {
    const answer = await send('POST', subscription, csrf);
    if (answer.ok) return true;
    await subscription.unsubscribe();
    if (answer.status !== 409) throw new Error(`subscription refused: ${answer.status}`);
    return false;
  };

  const turnOn = async () => {
    if (await Notification.requestPermission() === 'granted') {
      const { key } = await (await fetch('/api/push/key')).json();
      await subscribeAnew((await navigator.serviceWorker.ready).pushManager, key);
    }
    return present();
  };

  const turnOff = async () => {
    const subscription = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
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
