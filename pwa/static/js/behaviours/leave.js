// Before signing out, this browser gives back its push subscription, says so to the server with the form itself, and
// forgets what it kept. Whatever goes wrong or takes too long, the form is sent.
const give = async (form) => {
  const subscription = await subscribed();
  form.elements.push_endpoint.value = subscription?.endpoint ?? '';
  await subscription?.unsubscribe();
  for (const name of await caches.keys()) if (name.startsWith('guides')) await caches.delete(name);
};

const patience = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

const beforeSending = (form, prepare) => {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      await Promise.race([prepare(form), patience(2000)]);
    } finally {
      form.submit();
    }
  }, { once: true });
};

behaviour('leave', (form) => beforeSending(form, give));

// Signing out elsewhere: tells the server which push subscription is this browser's, to be kept.
behaviour('this-device', (form) => beforeSending(form, async () => {
  form.elements.push_endpoint.value = (await subscribed())?.endpoint ?? '';
}));
