// Before signing out, this browser gives back its push subscription and forgets what it kept.
behaviour('leave', (form) => {
  form.addEventListener('submit', async (event) => {
    if (form.dataset.cleared) return;
    event.preventDefault();
    form.dataset.cleared = 'yes';
    try {
      const registration = await navigator.serviceWorker?.getRegistration();
      const subscription = await registration?.pushManager?.getSubscription();
      if (subscription) await forget(subscription, form.elements.csrf_token.value);
      for (const name of await caches.keys()) if (name.startsWith('guides')) await caches.delete(name);
    } finally {
      form.submit();
    }
  });
});
