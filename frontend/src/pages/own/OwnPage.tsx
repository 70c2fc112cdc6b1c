/** A rater's own page: figures about their work, their data to take along, and the way out. */
import { Anchor, Button, Container, Group, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { getRouteApi, Link } from "@tanstack/react-router";

import { ownExportUrl, useOwnFigures } from "@/api/own";
import { ColorSchemeToggle } from "@/components/frame/ColorSchemeToggle";
import { PersonMenu } from "@/components/frame/PersonMenu";
import { Failure, PendingPage } from "@/components/States";

import { Figures } from "./Figures";
import { LeaveProject } from "./LeaveProject";

const route = getRouteApi("/p/$slug/me");

function TopRow({ slug }: { slug: string }) {
  return (
    <Group justify="space-between">
      <Anchor component={Link} to={`/p/${slug}/work`}>
        ← Back to the tasks
      </Anchor>
      <Group gap="xs">
        <ColorSchemeToggle />
        <PersonMenu slug={slug} />
      </Group>
    </Group>
  );
}

function OwnData({ slug }: { slug: string }) {
  return (
    <Stack component="section" gap="sm" align="flex-start">
      <Title order={2} size="h4">
        My data
      </Title>
      <Text>
        Everything that you judged here, with every change, as JSON lines: one answer a line.
      </Text>
      <Group gap="sm">
        <Button component="a" href={ownExportUrl(slug)} download variant="default">
          Download my data
        </Button>
        <LeaveProject slug={slug} />
      </Group>
    </Stack>
  );
}

function OwnFigures({ slug }: { slug: string }) {
  const figures = useOwnFigures(slug);
  if (figures.error) return <Failure error={figures.error} retry={() => void figures.refetch()} />;
  return figures.data ? <Figures figures={figures.data} /> : <PendingPage />;
}

export function OwnPage() {
  const { slug } = route.useParams();
  useDocumentTitle("My figures · Tiebreak");
  return (
    <Container size="md" py="lg" component="main">
      <Stack gap="lg">
        <TopRow slug={slug} />
        <div>
          <Title order={1} size="h2">
            My figures
          </Title>
          <Text c="dimmed">Your pace here, and how often your answers hold up.</Text>
        </div>
        <OwnFigures slug={slug} />
        <OwnData slug={slug} />
      </Stack>
    </Container>
  );
}
