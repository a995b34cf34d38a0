// Runs before the first paint: apply the reader's own choice of appearance, and keep away what was put away.
import { chosen } from "./appearance.js"
import { hide } from "./breaking.js"

const choice = chosen()
if (choice) document.documentElement.dataset.bsTheme = choice
hide()
