// Said once, for six seconds, longer while pointed at or focused; in elder mode it stays until tapped.
behaviour('toast', (toast) => {
  if ('stays' in toast.dataset) {
    toast.addEventListener('click', (event) => {
      if (!event.target.closest('button')) toast.remove();
    });
    return;
  }
  const leave = () => {
    if (toast.matches(':hover') || toast.contains(document.activeElement)) setTimeout(leave, 2000);
    else toast.remove();
  };
  setTimeout(leave, 6000);
});
