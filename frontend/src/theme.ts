/** Mantine's look, and the few places where ours differs. Colours here pass WCAG AA on both grounds. */
import { createTheme, Notification, type CSSVariablesResolver } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: 7,
  autoContrast: true,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  defaultRadius: "md",
  respectReducedMotion: true,
  cursorType: "pointer",
  headings: { fontWeight: "600" },
  components: {
    Notification: Notification.extend({
      defaultProps: { closeButtonProps: { "aria-label": "Close" } },
    }),
  },
});

/** Mantine's dimmed text, placeholders and errors are a shade too faint for AA at small sizes. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#5c636b",
    "--mantine-color-placeholder": "#6b727a",
    "--mantine-color-error": "#a8430a",
    "--mantine-color-teal-light-color": "#06694b",
    "--mantine-color-orange-light-color": "#a8430a",
    "--mantine-color-red-light-color": "#b02020",
    "--mantine-color-grape-light-color": "#7a2591",
  },
  dark: {
    "--mantine-color-dimmed": "#a9adb5",
    "--mantine-color-placeholder": "#9a9ea6",
    "--mantine-color-error": "#ffb27a",
  },
});
