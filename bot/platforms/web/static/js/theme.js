// Light or dark: as the computer says, until somebody chooses here. Runs before the first paint.
(() => {
  const KEY = "cohortbook-theme";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = localStorage.getItem(KEY);
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);

  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", "#i-theme");
    svg.append(use);
    button.append(svg);
    const label = () => button.setAttribute("aria-label", isDark() ? "Change to light colors" : "Change to dark colors");
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      localStorage.setItem(KEY, root.dataset.theme);
      label();
    });
    label();
  });
})();
