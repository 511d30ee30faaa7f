import { PageTitle } from "./PageTitle";

interface MessageProps {
  title: string;
  children: React.ReactNode;
}

/** A page that has nothing to show but a few words. */
export function Message({ title, children }: MessageProps) {
  return (
    <section className="card message">
      <PageTitle>{title}</PageTitle>
      {children}
    </section>
  );
}
