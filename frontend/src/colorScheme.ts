/**
 * Puts the stored light or dark choice on the page before anything is drawn. Imported first by `main`;
 * a module of its own because an inline script would break the Content-Security-Policy.
 */
const KEY = "mantine-color-scheme-value";

function wantsDark(): boolean {
  const stored = window.localStorage.getItem(KEY);
  if (stored === "dark" || stored === "light") return stored === "dark";
  return window.matchMedia("(prefers-color-scheme: dark)").matches;
}

document.documentElement.setAttribute("data-mantine-color-scheme", wantsDark() ? "dark" : "light");
