// A new version never replaces a page under somebody's fingers: it waits until asked.
behaviour('update-bar', async (bar) => {
  const registration = await worker;
  if (!registration || !navigator.serviceWorker.controller) return;
  const offer = () => {
    if (registration.waiting) bar.hidden = false;
  };
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', offer));
  offer();
  bar.querySelector('button').addEventListener('click', () => {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    registration.waiting?.postMessage('take-over');
  });
});
