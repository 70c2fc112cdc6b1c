/** The command palette: every page of the project behind Ctrl K, by its name. */
import "@mantine/spotlight/styles.css";

import { Button, Kbd } from "@mantine/core";
import { Spotlight, spotlight } from "@mantine/spotlight";
import { useNavigate } from "@tanstack/react-router";

import { useRole } from "@/api/session";

import { pagesFor } from "./pages";

export function Palette({ slug }: { slug: string }) {
  const navigate = useNavigate();
  const go = (to: string) => () => void navigate({ to });
  const pages = pagesFor(useRole(slug)).map(({ path, label }) => ({
    id: label,
    label,
    onClick: go(`/p/${slug}/manage${path && "/"}${path}`),
  }));
  const others = [
    { id: "judge", label: "Judge tasks", onClick: go(`/p/${slug}/work`) },
    { id: "projects", label: "All projects", onClick: go("/projects") },
  ];
  return (
    <Spotlight
      actions={[...pages, ...others]}
      shortcut="mod + K"
      nothingFound="No page of that name."
      searchProps={{ placeholder: "Go to …", "aria-label": "Go to a page" }}
    />
  );
}

export function PaletteButton() {
  return (
    <Button
      variant="default"
      size="compact-sm"
      visibleFrom="sm"
      onClick={spotlight.open}
      aria-label="Go to … Ctrl K"
      aria-keyshortcuts="Control+K"
    >
      Go to …{" "}
      <Kbd size="xs" ml={8}>
        Ctrl K
      </Kbd>
    </Button>
  );
}
