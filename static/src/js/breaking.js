// The bar of breaking news, put away for this session. What was put away is hidden before the first paint of a page.
const KEY = "breaking"

export function hide() {
  try {
    const number = sessionStorage.getItem(KEY)
    if (!/^\d+$/.test(number)) return
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(`[data-breaking="${number}"]{display:none}`)
    document.adoptedStyleSheets = [sheet]
  } catch {
    // Without storage, or in a browser of before 2023, the bar comes back on the next page.
  }
}

export function attach(bar) {
  const button = bar.querySelector("[data-dismiss]")
  button.hidden = false
  button.addEventListener("click", () => {
    try {
      sessionStorage.setItem(KEY, bar.dataset.breaking)
    } catch {
      // It is put away on this page all the same.
    }
    bar.remove()
    document.querySelector("main").focus({ preventScroll: true })
  })
}
