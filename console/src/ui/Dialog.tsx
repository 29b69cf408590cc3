/** A question that must be answered first: the browser's own dialog keeps the focus and gives it back. */

import { useEffect, useId, useRef, type ReactNode } from "react";

import { t } from "@/texts";

import { Button } from "./Button";

interface Props {
  title: string;
  open: boolean;
  close: () => void;
  children: ReactNode;
  /** The answer that does it; without one the dialog is only read. */
  answer?: { text: string; act: () => unknown; busy?: boolean; danger?: boolean };
  /** For tables: as wide as the window allows. */
  wide?: boolean;
}

export function Dialog({ title, open, close, children, answer, wide = false }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    if (open && element?.open === false) element.showModal();
    if (!open && element?.open === true) element.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={close}
      className={`m-auto ${wide ? "w-[min(72rem,calc(100vw-2rem))]" : "w-[min(32rem,calc(100vw-2rem))]"} rounded-xl border border-line bg-panel p-5 text-ink shadow-xl`}
    >
      <h2 id={id} className="mb-2 text-lg font-semibold">
        {title}
      </h2>
      {open && children}
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <Button onClick={close}>{answer === undefined ? t("app.close") : t("form.cancel")}</Button>
        {answer !== undefined && (
          <Button kind={answer.danger === true ? "danger" : "primary"} busy={answer.busy === true} onClick={() => void answer.act()}>
            {answer.text}
          </Button>
        )}
      </div>
    </dialog>
  );
}
