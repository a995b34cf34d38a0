// Say once that a story was read: after it was really seen for five seconds, and neither after a reload nor going back.
export function attach(article) {
  const [arrival] = performance.getEntriesByType("navigation")
  if (arrival?.type === "reload" || arrival?.type === "back_forward") return
  let wanted = Number(article.dataset.readAfter ?? 5) * 1000
  let since, timer

  function watch() {
    clearTimeout(timer)
    if (since) wanted -= performance.now() - since
    since = 0
    if (document.prerendering || document.visibilityState !== "visible") return
    since = performance.now()
    timer = setTimeout(send, wanted)
  }

  function send() {
    document.removeEventListener("visibilitychange", watch)
    fetch(article.dataset.read, { method: "POST", credentials: "omit", keepalive: true }).catch(() => {})
  }

  document.addEventListener("visibilitychange", watch)
  document.addEventListener("prerenderingchange", watch, { once: true })
  watch()
}
