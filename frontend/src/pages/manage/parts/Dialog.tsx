/** A dialog over a managers' page; its cross has a name. */
import { Modal, type ModalProps } from "@mantine/core";

export function Dialog(props: ModalProps) {
  return <Modal closeButtonProps={{ "aria-label": "Close" }} {...props} />;
}
