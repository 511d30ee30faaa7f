import { useEffect, useRef } from "react";

interface PageTitleProps {
  children: string;
}

/** The heading of a page. It takes the focus, so that keyboard and screen reader are where the eye is. */
export function PageTitle({ children }: PageTitleProps) {
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    document.title = `${children} · IGNY8`;
    heading.current?.focus();
  }, [children]);

  return <h1 ref={heading} tabIndex={-1}>{children}</h1>;
}
