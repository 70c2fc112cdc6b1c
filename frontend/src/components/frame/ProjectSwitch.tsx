/** The project's name; a menu of the others where there are any. */
import { Button, Menu, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { useSession } from "@/api/session";

import { entranceOf } from "./pages";

export function ProjectSwitch({ slug }: { slug: string }) {
  const projects = useSession().data?.projects ?? [];
  const current = projects.find((project) => project.slug === slug);
  if (projects.length < 2) return <Text truncate>{current?.name}</Text>;
  return (
    <Menu withInitialFocusPlaceholder={false} position="bottom-start">
      <Menu.Target>
        <Button variant="subtle" color="gray" size="compact-md" title="Switch project">
          {current?.name} ▾
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {projects.map((project) => (
          <Menu.Item
            key={project.slug}
            component={Link}
            to={entranceOf(project.slug, project.role)}
          >
            {project.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
