// Buttons, arrow keys and the number of the picture in view. Without script, the strip scrolls and snaps by itself.
const SETTLED = 150 // milliseconds, so that swiping past pictures is not read out

export function attach(gallery) {
  const strip = gallery.querySelector("[data-strip]")
  const place = gallery.querySelector("[data-place]")
  const words = place.dataset.place
  const buttons = [...gallery.querySelectorAll("[data-step]")]
  const pictures = [...strip.children]
  let current = 0
  let waiting

  const show = (index) => {
    current = index
    place.textContent = words.replace("{number}", index + 1).replace("{count}", pictures.length)
    for (const button of buttons) button.setAttribute("aria-disabled", !pictures[index + Number(button.dataset.step)])
  }

  // Both offsets fall from right to left where text does, as scrollLeft does.
  const go = (index) => pictures[index] && strip.scrollTo({ left: pictures[index].offsetLeft - pictures[0].offsetLeft })

  for (const button of buttons) {
    button.hidden = false
    button.addEventListener("click", () => go(current + Number(button.dataset.step)))
  }
  strip.addEventListener("keydown", (event) => {
    if (event.target !== strip || event.altKey || event.ctrlKey || event.metaKey) return
    const ahead = getComputedStyle(strip).direction === "rtl" ? -1 : 1
    const goals = { ArrowRight: current + ahead, ArrowLeft: current - ahead, Home: 0, End: pictures.length - 1 }
    if (!(event.key in goals)) return
    event.preventDefault()
    go(goals[event.key])
  })

  const watch = new IntersectionObserver(
    (entries) => {
      const seen = entries.find((entry) => entry.isIntersecting)
      if (!seen) return
      clearTimeout(waiting)
      waiting = setTimeout(show, SETTLED, pictures.indexOf(seen.target))
    },
    { root: strip, threshold: 0.6 },
  )
  for (const picture of pictures) watch.observe(picture)
  show(0)
  place.setAttribute("aria-live", "polite")
}
