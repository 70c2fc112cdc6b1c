/** A link to another page of the same project. */
import { Anchor, Button, type ButtonProps } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";

export function useSlug(): string {
  return useParams({ from: "/p/$slug" }).slug;
}

/** `page` is the path below /manage, without a leading slash. */
export function GoTo({ page, children }: { page: string; children: ReactNode }) {
  return (
    <Anchor inherit component={Link} to={`/p/${useSlug()}/manage/${page}`}>
      {children}
    </Anchor>
  );
}

interface GoButtonProps extends ButtonProps {
  page: string;
  children: ReactNode;
}

export function GoButton({ page, children, ...look }: GoButtonProps) {
  return (
    <Button component={Link} to={`/p/${useSlug()}/manage/${page}`} variant="default" {...look}>
      {children}
    </Button>
  );
}
