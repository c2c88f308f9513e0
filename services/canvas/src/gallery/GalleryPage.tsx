/** Everything that a project holds. */
export function GalleryPage({ project }: { project: string; asset: string | null }) {
  return <main className="whole-page">Gallery of {project}</main>;
}
