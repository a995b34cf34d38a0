// The fonts of a first visit are fetched when the page is there, and all come into it at once. Afterwards the browser has
// them, and the page begins with them.
import { painted } from "./painted.js"

const KEY = "fonts"
const FACES = ['500 1em "Newsreader Display"', '400 1em "Newsreader"', '400 1em "Public Sans"']
const root = document.documentElement

const show = () => root.setAttribute("data-fonts", "")

export function showKept() {
  try {
    if (localStorage.getItem(KEY)) show()
  } catch {
    show()
  }
}

export async function fetchFonts() {
  if (root.hasAttribute("data-fonts")) return
  await painted
  await Promise.all(FACES.map((face) => document.fonts.load(face)))
  requestAnimationFrame(show)
  try {
    localStorage.setItem(KEY, "kept")
  } catch {}
}
