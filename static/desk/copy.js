// Buttons that copy an address; without script, it is there to be chosen by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false
  button.addEventListener("click", async () => {
    const words = button.querySelector("[aria-live]")
    try {
      await navigator.clipboard.writeText(button.dataset.copy)
      words.textContent = "Copied"
    } catch {
      words.textContent = "Copy it by hand"
    }
  })
}
