/** All projects that one can open, and, for staff, the form that makes another. */
import {
  Button,
  Card,
  Container,
  Group,
  SimpleGrid,
  Stack,
  Text,
  Title,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";

import { useProjects } from "@/api/manage";
import { useSession } from "@/api/session";
import type { Project, Role } from "@/api/types";
import { ColorSchemeToggle } from "@/components/frame/ColorSchemeToggle";
import { entranceOf } from "@/components/frame/pages";
import { PersonMenu } from "@/components/frame/PersonMenu";

import { NewProject } from "./NewProject";
import { Dialog } from "./parts/Dialog";
import { Empty, Loaded, Page } from "./parts/Page";
import { When } from "./parts/When";

function ProjectCard({ project, role }: { project: Project; role: Role | undefined }) {
  const to = entranceOf(project.slug, role);
  return (
    <Card component="article" withBorder padding="md">
      <Stack gap={6}>
        <Title order={2} size="h4">
          {project.name}
        </Title>
        <Text size="sm">{project.question.title}</Text>
        <Text size="sm" c="dimmed">
          {role ? `You are ${role === "owner" ? "an" : "a"} ${role}. ` : ""}
          {project.demo ? "A demo project. " : ""}Made <When at={project.created_at} />
        </Text>
        <Group mt="xs" gap="xs">
          <Button component={Link} to={to} size="xs">
            Open
          </Button>
          <Button component={Link} to={`/p/${project.slug}/work`} size="xs" variant="default">
            Judge tasks
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}

export function ProjectsPage() {
  const projects = useProjects();
  const session = useSession().data;
  const [open, { open: ask, close }] = useDisclosure(false);
  const roles = new Map(session?.projects.map(({ slug, role }) => [slug, role]));
  const staff = session?.user?.staff ?? false;
  return (
    <Container component="main" size={1120} py="md">
      <Group justify="flex-end" gap="xs" mb="md">
        <ColorSchemeToggle />
        <PersonMenu />
      </Group>
      <Page
        title="Projects"
        about="A project is one labelling effort: its people, its tasks and its reward models."
        actions={staff && <Button onClick={ask}>New project</Button>}
      >
        <Loaded query={projects}>
          {(all) =>
            all.length === 0 ? (
              <Empty>
                {staff
                  ? "No projects yet. Make the first one with “New project”."
                  : "You run no project."}
              </Empty>
            ) : (
              <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
                {all.map((each) => (
                  <ProjectCard key={each.slug} project={each} role={roles.get(each.slug)} />
                ))}
              </SimpleGrid>
            )
          }
        </Loaded>
        <Dialog opened={open} onClose={close} title="New project" size="lg">
          <NewProject onDone={close} />
        </Dialog>
      </Page>
    </Container>
  );
}
