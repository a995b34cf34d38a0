// Browsers show captions over films alone; those of a sound stand below it while it plays, and load no earlier.
export function attach(audio) {
  const element = audio.querySelector("track")
  const line = document.createElement("p")
  line.className = "player__captions"
  line.lang = element.srclang
  line.dir = "auto"
  audio.addEventListener("play", () => {
    element.track.mode = "hidden" // read, and shown by us
    audio.after(line)
  }, { once: true })
  element.track.addEventListener("cuechange", () => {
    line.textContent = [...element.track.activeCues].map((cue) => cue.getCueAsHTML().textContent).join("\n")
  })
}
