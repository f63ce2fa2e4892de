// While typing, items that may be meant are listed below the box: a combobox with a list (WAI-ARIA APG), keyboard and all.
behaviour('suggest', (form) => {
  const input = form.elements.q;
  const list = form.querySelector('[role=listbox]');
  const said = form.querySelector('[role=status]');
  const language = document.documentElement.lang;
  let asked;
  let timer;
  let current = -1;

  const options = () => [...list.children];
  const choose = (index) => {
    current = index;
    options().forEach((option, at) => option.setAttribute('aria-selected', at === index));
    if (index < 0) return input.removeAttribute('aria-activedescendant');
    input.setAttribute('aria-activedescendant', options()[index].id);
    return options()[index].scrollIntoView({ block: 'nearest' });
  };
  const close = () => {
    asked?.abort();
    clearTimeout(timer);
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    choose(-1);
  };
  const marked = (title, marks) => {
    const found = marks.filter((mark) => title.includes(mark));
    if (!found.length) return [title];
    const [before, ...after] = title.split(found[0]);
    const mark = document.createElement('mark');
    mark.textContent = found[0];
    return [...marked(before, marks), mark, ...marked(after.join(found[0]), marks)];
  };
  const option = (item, at, marks) => {
    const row = document.createElement('li');
    const title = (language.startsWith('en') && item.title.en) || item.title.zh;
    row.id = `${list.id}-${at}`;
    row.role = 'option';
    row.dataset.url = item.url;
    row.lang = title === item.title.zh ? 'zh-CN' : language;
    row.append(...marked(title, marks));
    return row;
  };
  const show = ({ items, marks }) => {
    list.replaceChildren(...items.map((item, at) => option(item, at, marks)));
    choose(-1);
    list.hidden = !items.length;
    input.setAttribute('aria-expanded', String(items.length > 0));
    said.textContent = form.dataset.found.replace('#', items.length);
  };
  const look = async () => {
    asked?.abort();
    asked = new AbortController();
    const words = input.value.trim();
    if (!words) return close();
    try {
      const answer = await fetch(`/api/suggestions?q=${encodeURIComponent(words)}`, { signal: asked.signal });
      if (answer.ok) show(await answer.json());
    } catch (error) {
      if (error.name !== 'AbortError' && error.name !== 'TypeError') throw error; // no network: the form still works
    }
    return undefined;
  };
  const move = (step) => {
    const count = list.hidden ? 0 : options().length + 1; // one place more: back in the box
    if (count) choose(((current + 1 + step + count) % count) - 1);
  };
  const keys = {
    ArrowDown: () => (list.hidden ? look() : move(1)),
    ArrowUp: () => move(-1),
    Escape: () => !list.hidden && close(),
    Enter: () => current >= 0 && location.assign(options()[current].dataset.url),
  };

  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-controls', list.id);
  input.setAttribute('aria-expanded', 'false');
  input.addEventListener('input', (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(look, 150);
  });
  input.addEventListener('compositionend', look);
  input.addEventListener('keydown', (event) => {
    if (event.isComposing || !keys[event.key]) return;
    if (event.key !== 'Enter' || current >= 0) {
      if (event.key !== 'Escape' || !list.hidden) event.preventDefault();
      keys[event.key]();
    }
  });
  input.addEventListener('blur', close);
  list.addEventListener('pointerdown', (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener('click', (event) => {
    const row = event.target.closest('[role=option]');
    if (row) location.assign(row.dataset.url);
  });
});
