// Reads the nearest marked part of the page; a second tap stops.
behaviour('read-aloud', (button) => {
  if (!('speechSynthesis' in window)) return;
  button.hidden = false;
  const part = button.closest('[data-read-aloud]') || button.parentElement.parentElement.querySelector('[data-read-aloud]')
    || document.querySelector('main');
  button.addEventListener('click', () => {
    if (speechSynthesis.speaking) {
      speechSynthesis.cancel();
      return;
    }
    const words = [...part.querySelectorAll('h1, h2, h3, p, li, dt, dd')]
      .filter((element) => element.offsetParent && !element.querySelector('p, li, dt, dd'))
      .map((element) => element.innerText);
    const speech = new SpeechSynthesisUtterance(words.join('。'));
    speech.lang = document.documentElement.lang;
    speech.rate = 0.9;
    speechSynthesis.speak(speech);
  });
  window.addEventListener('pagehide', () => speechSynthesis.cancel());
});
