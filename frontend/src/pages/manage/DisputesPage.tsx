/** What reviewers settle: tasks that are asked for or seen differently, and appeals against decisions. */
import { Stack, Tabs } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";

import { useAppeals } from "@/api/manageReview";

import { Appeals } from "./disputes/Appeals";
import { Disputed } from "./disputes/Disputed";
import { Requests } from "./disputes/Requests";
import { useSlug } from "./parts/GoTo";
import { Page, Section } from "./parts/Page";

function Review({ tab }: { tab: "disputes" | "appeals" }) {
  const slug = useSlug();
  const navigate = useNavigate();
  const open = useAppeals(slug).data?.filter(({ state }) => state === "open").length ?? 0;
  const choose = (value: string | null) => {
    const page = value === "appeals" ? "disputes/appeals" : "disputes";
    void navigate({ to: `/p/${slug}/manage/${page}`, replace: true });
  };
  return (
    <Page
      title="Disputes"
      about="Tasks that somebody wants looked at or that their raters answered differently, and raters who object to a decision."
    >
      <Tabs value={tab} onChange={choose} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="disputes">Disputes</Tabs.Tab>
          <Tabs.Tab value="appeals">{open > 0 ? `Appeals (${open} open)` : "Appeals"}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="disputes">
          <Stack gap="xl">
            <Requests slug={slug} />
            <Section title="Seen differently by their raters">
              <Disputed slug={slug} />
            </Section>
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="appeals">
          <Appeals slug={slug} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

export function DisputesPage() {
  return <Review tab="disputes" />;
}

export function AppealsPage() {
  return <Review tab="appeals" />;
}
