/** The managers' frame: the rail of pages on the left, the project and the person on top. */
import { AppShell, Burger, Group, NavLink, ScrollArea, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, Outlet, useLocation, useParams } from "@tanstack/react-router";

import { useRole } from "@/api/session";

import { ColorSchemeToggle } from "./ColorSchemeToggle";
import { pagesFor, sectionOf } from "./pages";
import { Palette, PaletteButton } from "./Palette";
import { PersonMenu } from "./PersonMenu";
import { ProjectSwitch } from "./ProjectSwitch";

function Rail({ slug, onGo }: { slug: string; onGo: () => void }) {
  const { pathname } = useLocation();
  const section = sectionOf(pathname);
  const pages = pagesFor(useRole(slug));
  return (
    <nav aria-label="Project pages">
      {pages.map(({ path, label }) => (
        <NavLink
          key={label}
          component={Link}
          to={`/p/${slug}/manage${path && "/"}${path}`}
          label={label}
          active={section === path}
          activeOptions={{ exact: true }}
          aria-current={section === path ? "page" : undefined}
          onClick={onGo}
        />
      ))}
      <NavLink component={Link} to={`/p/${slug}/work`} label="Judge tasks" onClick={onGo} />
    </nav>
  );
}

export function ManageFrame() {
  const { slug } = useParams({ from: "/p/$slug" });
  const [open, { toggle, close }] = useDisclosure(false);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !open } }}
      padding="lg"
    >
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Pages" />
            <Text fw={700} visibleFrom="xs">
              Tiebreak
            </Text>
            <ProjectSwitch slug={slug} />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <PaletteButton />
            <ColorSchemeToggle />
            <PersonMenu slug={slug} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="div">
        <ScrollArea>
          <Rail slug={slug} onGo={close} />
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main>
        <Palette slug={slug} />
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
