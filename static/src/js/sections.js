// On a phone the strip of sections scrolls; bring the one being read into it.
export function attach(strip) {
  const current = strip.querySelector("[aria-current]")
  if (current) strip.scrollLeft += current.getBoundingClientRect().left - strip.clientWidth / 3
}
