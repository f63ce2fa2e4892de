behaviour('offline-bar', (bar) => {
  const show = () => {
    bar.hidden = navigator.onLine;
  };
  window.addEventListener('online', show);
  window.addEventListener('offline', show);
  show();
});
