import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";

export function ColorSchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const now = useComputedColorScheme("light");
  const other = now === "dark" ? "light" : "dark";
  return (
    <Tooltip label={`Switch to ${other} mode`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={`Switch to ${other} mode`}
        onClick={() => setColorScheme(other)}
      >
        <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" fill="currentColor">
          {now === "dark" ? (
            <path d="M10 5.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Zm0-4.5.9 2.6H9.1L10 1Zm0 18-.9-2.6h1.8L10 19ZM1 10l2.6-.9v1.8L1 10Zm18 0-2.6.9V9.1L19 10ZM3.6 3.6l2.5 1.2-1.3 1.3-1.2-2.5Zm12.8 12.8-2.5-1.2 1.3-1.3 1.2 2.5Zm0-12.8-1.2 2.5-1.3-1.3 2.5-1.2ZM3.6 16.4l1.2-2.5 1.3 1.3-2.5 1.2Z" />
          ) : (
            <path d="M16.9 12.3A7 7 0 0 1 7.7 3.1a.5.5 0 0 0-.7-.6 8 8 0 1 0 10.5 10.5.5.5 0 0 0-.6-.7Z" />
          )}
        </svg>
      </ActionIcon>
    </Tooltip>
  );
}
