// Where the browser can install by itself, the page offers a button for it.
let installer = null;
window.addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault();
  installer = event;
  for (const button of document.querySelectorAll('[data-behaviour="install"]')) button.hidden = false;
});
behaviour('install', (button) => {
  button.hidden = !installer;
  button.addEventListener('click', async () => {
    installer.prompt();
    await installer.userChoice;
    button.hidden = true;
  });
});
