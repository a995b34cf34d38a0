// Resolves when the page is loaded and its first contents are on the screen: what is fetched from then on holds nothing up.
const loaded = new Promise((resolve) => {
  if (document.readyState === "complete") resolve()
  else addEventListener("load", resolve, { once: true })
})

const seen = new Promise((resolve) => {
  try {
    new PerformanceObserver((entries, observer) => {
      if (!entries.getEntriesByName("first-contentful-paint").length) return
      observer.disconnect()
      resolve()
    }).observe({ type: "paint", buffered: true })
  } catch {
    resolve() // A browser that does not say.
  }
})

// Nothing is painted while the page is in a tab behind; a second after loading is late enough.
const late = loaded.then(() => new Promise((resolve) => setTimeout(resolve, 1000)))

export const painted = loaded.then(() => Promise.race([seen, late]))
