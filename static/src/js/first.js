// The reader's own choices, before the first paint. It stands in the page itself, allowed by its hash: a file would hold up
// every first visit for one more connection.
import { apply as applyAppearance } from "./appearance.js"
import { showKept as showFonts } from "./fonts.js"
import { painted } from "./painted.js"
import { hide as hideBreaking } from "./breaking.js"
import { prepare as prepareShare } from "./share.js"
import { apply as applyTextSize, kept as keptTextSize } from "./text-size.js"

applyAppearance()
showFonts()
hideBreaking()
applyTextSize(keptTextSize())
prepareShare()

// What lies below the home page's first screen waits for its first paint.
const page = document.documentElement
page.classList.add("is-unpainted")
painted.then(() => page.classList.remove("is-unpainted"))
