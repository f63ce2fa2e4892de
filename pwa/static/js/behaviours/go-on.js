// Once the page is there it leads on by itself to where its button leads. A click, unlike a refresh, always says where it
// came from, without which WeChat Pay lets nobody in. Who comes back by the back button is left alone.
behaviour('go-on', (element) => {
  const [visit] = performance.getEntriesByType('navigation');
  if (visit?.type === 'back_forward') return;
  window.addEventListener('load', () => {
    if (element instanceof HTMLFormElement) element.requestSubmit();
    else element.click();
  }, { once: true });
});
