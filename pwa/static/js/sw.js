// What this worker does is little, on purpose. By default nothing is cached.
//   the shell      offline page, style, script, icons: kept per version
//   public guides  network first, the last fifty kept for when there is no network
//   everything else, above all personal pages: network only
// SHELL (version, precache, icon) is written above this line by pwa/assets.py.
const shellName = `shell-${SHELL.version}`;
const guidesName = 'guides-1';
const guideLimit = 50;
const guidePatience = 3000;
const anyVariant = { ignoreVary: true, ignoreSearch: true };

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(shellName).then((cache) => cache.addAll(SHELL.precache)));
});

self.addEventListener('activate', (event) => {
  const stale = (name) => name.startsWith('shell-') && name !== shellName;
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (stale(name)) await caches.delete(name);
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  })());
});

self.addEventListener('message', (event) => {
  if (event.data === 'take-over') self.skipWaiting();
});

const isGuide = (url) => /^\/services\/[^/]+$/.test(url.pathname);
const isPublic = (response) => response.ok && response.type === 'basic' && !response.redirected
  && !/no-store|private/.test(response.headers.get('Cache-Control') || 'no-store');

const fromNetwork = async (event) => (await event.preloadResponse.catch(() => null)) || fetch(event.request);

const offlinePage = async () => (await caches.match('/offline', anyVariant)) || Response.error();

const keepGuide = async (request, copy) => {
  const cache = await caches.open(guidesName);
  await cache.delete(request, anyVariant);
  await cache.put(request, copy);
  const kept = await cache.keys();
  for (const oldest of kept.slice(0, Math.max(0, kept.length - guideLimit))) await cache.delete(oldest);
};

const guide = async (event) => {
  const fresh = fromNetwork(event).then((response) => {
    if (isPublic(response)) event.waitUntil(keepGuide(event.request, response.clone()).catch(() => null));
    return response;
  });
  const tooSlow = new Promise((resolve) => { setTimeout(resolve, guidePatience); });
  const first = await Promise.race([fresh.catch(() => null), tooSlow]);
  if (first) return first;
  const kept = await (await caches.open(guidesName)).match(event.request, anyVariant);
  return kept || fresh.catch(offlinePage);
};

const page = (event) => fromNetwork(event).catch(offlinePage);

// The offline page is drawn in the reader's language and mode, so it is fetched again when those change.
const changingDisplay = async (event) => {
  const response = await fromNetwork(event);
  event.waitUntil(caches.open(shellName).then((cache) => cache.add('/offline')).catch(() => null));
  return response;
};

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname.startsWith('/static/')) {
    event.respondWith(caches.match(event.request, anyVariant).then((kept) => kept || fetch(event.request)));
  } else if (event.request.mode === 'navigate') {
    if (url.pathname === '/display') event.respondWith(changingDisplay(event));
    else event.respondWith(isGuide(url) ? guide(event) : page(event));
  }
});

// The payload has the declarative shape, {"web_push": 8030, "notification": {…}}, so that Safari can show it without us.
self.addEventListener('push', (event) => {
  let message = {};
  try {
    message = event.data?.json() ?? {};
  } catch {
    // unreadable: still shown, because a silent push costs the permission
  }
  const { title = '您有一条新消息', body = '', navigate = '/messages', lang = 'zh-CN', tag } = message.notification ?? {};
  event.waitUntil((async () => {
    await self.registration.showNotification(title, { body, lang, tag, icon: SHELL.icon, badge: SHELL.badge, data: { navigate } });
    const count = Number(message.app_badge);
    if (Number.isInteger(count)) await (count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.());
  })());
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const target = new URL(event.notification.data?.navigate ?? '/messages', location.origin);
  if (target.origin !== location.origin) return;
  event.waitUntil((async () => {
    const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
    for (const open of pages) {
      try {
        await open.focus();
        if (await open.navigate(target.href)) return;
      } catch {
        // a page that this worker does not control cannot be led: open another
      }
    }
    await self.clients.openWindow(target.href);
  })());
});

// The browser changed its address. No page is open, so the token for writing comes with the key. Where nobody is signed
// in any more, or there is no network, the next signed-in page tells the server (behaviours/push.js, keep).
self.addEventListener('pushsubscriptionchange', (event) => {
  event.waitUntil((async () => {
    const { key, csrf_token: csrf } = await (await fetch('/api/push/key')).json();
    const options = { userVisibleOnly: true, applicationServerKey: key };
    const renewed = event.newSubscription ?? await self.registration.pushManager.subscribe(options);
    if (!csrf) return;
    await fetch('/api/push/subscriptions', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf },
      body: JSON.stringify(renewed),
    });
  })());
});
