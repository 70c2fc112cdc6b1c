/** Who judges, how much and how; what is proposed about them; and the ways to let somebody in. */
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";

import { usePeople } from "@/api/manage";

import { Dialog } from "./parts/Dialog";
import { useSlug } from "./parts/GoTo";
import { Empty, Loaded, Page } from "./parts/Page";
import { Invitations } from "./people/Invitations";
import { Invite } from "./people/Invite";
import { LinkOnce, type Link } from "./people/LinkOnce";
import { Members } from "./people/Members";
import { Proposals } from "./people/Proposals";

export function PeoplePage() {
  const slug = useSlug();
  const people = usePeople(slug);
  const [link, setLink] = useState<Link | null>(null);
  const [open, { open: ask, close }] = useDisclosure(false);
  const shut = () => {
    close();
    setLink(null);
  };
  return (
    <Page
      title="People"
      about="The left is drawn by chance for every rater, so somebody who reads both sides chooses it about half of the time."
      actions={<Button onClick={ask}>Invite</Button>}
    >
      <Proposals slug={slug} />
      <Loaded query={people}>
        {(all) =>
          all.length === 0 ? (
            <Empty>Nobody is in this project yet. Invite the first rater.</Empty>
          ) : (
            <Members slug={slug} people={all} />
          )
        }
      </Loaded>
      <Invitations slug={slug} />
      <Dialog
        opened={open}
        onClose={shut}
        title={link ? "Sign-in link" : "Invite somebody"}
        size="lg"
      >
        {link ? <LinkOnce link={link} /> : <Invite onLink={setLink} />}
      </Dialog>
    </Page>
  );
}
