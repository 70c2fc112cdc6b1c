/** Where to go: straight to the one project there is, or a choice among several. */
import { Badge, Card, Container, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { Link, Navigate } from "@tanstack/react-router";

import { useSession } from "@/api/session";
import type { Session } from "@/api/types";
import { ColorSchemeToggle } from "@/components/frame/ColorSchemeToggle";
import { entranceOf } from "@/components/frame/pages";
import { PersonMenu } from "@/components/frame/PersonMenu";
import { ErrorPage, Notice, PendingPage } from "@/components/States";

type Membership = Session["projects"][number];

function ProjectCard({ project }: { project: Membership }) {
  return (
    <Card component={Link} to={entranceOf(project.slug, project.role)} withBorder padding="lg">
      <Group justify="space-between" wrap="nowrap">
        <Text fw={600}>{project.name}</Text>
        <Badge variant="default" tt="none">
          {project.role}
        </Badge>
      </Group>
    </Card>
  );
}

function NoProject({ name }: { name: string }) {
  return (
    <Notice title={`Welcome, ${name}`} action={<PersonMenu />}>
      <Text>
        You aren&apos;t part of a project yet. Ask whoever invited you to add you, then reload this
        page.
      </Text>
    </Notice>
  );
}

export function HomePage() {
  const session = useSession();
  if (session.error)
    return <ErrorPage error={session.error} reset={() => void session.refetch()} />;
  if (!session.data) return <PendingPage />;
  const { user, projects } = session.data;
  if (!user) return <Navigate to="/sign-in" replace />;
  if (projects.length === 0) return <NoProject name={user.name} />;
  if (projects.length === 1) {
    const { slug, role } = projects[0]!;
    return <Navigate to={entranceOf(slug, role)} replace />;
  }
  return (
    <Container size="md" py="xl" component="main">
      <Stack gap="lg">
        <Group justify="space-between">
          <Title order={1} size="h2">
            Projects
          </Title>
          <Group gap="xs">
            <ColorSchemeToggle />
            <PersonMenu />
          </Group>
        </Group>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {projects.map((project) => (
            <ProjectCard key={project.slug} project={project} />
          ))}
        </SimpleGrid>
      </Stack>
    </Container>
  );
}
