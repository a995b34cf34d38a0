// Let the worker keep saved stories for when there is no connection. Browsers run one over https and on this machine only.
import { painted } from "./painted.js"

export function start() {
  const workers = navigator.serviceWorker
  if (!workers || !isSecureContext) return
  painted
    .then(() => workers.register("/service-worker.js"))
    .catch(() => {
      // Forbidden by the browser, or a certificate it does not trust: the site works as before.
    })
  for (const name of ["saved", "unsaved"]) {
    document.addEventListener(`newsroom:${name}`, async ({ detail }) => {
      const { active } = await workers.ready
      active.postMessage({ [name]: detail.url })
    })
  }
}
