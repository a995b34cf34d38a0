// A player is loaded only after a press, so that nobody is told of the visit before. Without script, the link stays.
export function attach(embed) {
  const link = embed.querySelector("a")
  const offer = document.createElement("p")
  offer.className = "embed__load"
  offer.lang = document.documentElement.lang
  const button = document.createElement("button")
  button.type = "button"
  button.className = "button button--line"
  button.textContent = embed.dataset.embedPlay
  const words = document.createElement("span")
  words.textContent = embed.dataset.embedFrom.replace("{host}", new URL(embed.dataset.embedSrc).hostname)
  offer.append(button, words)
  link.after(offer)
  button.addEventListener("click", () => {
    const player = document.createElement("iframe")
    player.src = embed.dataset.embedSrc
    player.title = embed.dataset.embedTitle
    player.allow = "fullscreen; picture-in-picture; encrypted-media"
    player.allowFullscreen = true
    link.before(player)
    embed.querySelector("picture")?.remove()
    offer.remove()
    player.focus()
  })
}
