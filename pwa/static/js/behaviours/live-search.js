// While typing, the part of the page below the search box is replaced by what the results page would show.
behaviour('live-search', (form) => {
  const input = form.elements.q;
  let asked;
  let timer;
  const look = async () => {
    asked?.abort();
    asked = new AbortController();
    const query = new URLSearchParams(new FormData(form));
    const address = input.value.trim() ? `/services?${query}` : '/services';
    try {
      const answer = await fetch(address, { signal: asked.signal, headers: { Accept: 'text/html' } });
      if (!answer.ok) return;
      const html = trusted.createHTML(await answer.text());
      const fresh = new DOMParser().parseFromString(html, 'text/html').querySelector('[data-live-region]');
      const region = document.querySelector('[data-live-region]');
      if (!fresh || !region) return;
      region.replaceWith(document.adoptNode(fresh));
      attachAll(fresh);
      history.replaceState(null, '', address);
    } catch (error) {
      if (error.name !== 'AbortError' && error.name !== 'TypeError') throw error; // no network: the form still works
    }
  };
  input.addEventListener('input', (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(look, 250);
  });
  input.addEventListener('compositionend', look);
});
