// Hands the chosen picture to the form or the editor that opened this window.

const grid = document.querySelector("[data-choose]")

grid?.addEventListener("click", (event) => {
  const card = event.target.closest("[data-card]")
  if (!card || !window.opener) return
  event.preventDefault()
  const { card: id, url, alt, caption } = card.dataset
  if (grid.dataset.callback) {
    window.opener.CKEDITOR.tools.callFunction(grid.dataset.callback, url, { id, alternative_text: alt, caption })
    window.close()
  } else {
    window.opener.dismissRelatedLookupPopup(window, id)
  }
})
