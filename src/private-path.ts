/** What datagpu makes for itself in an output folder or a scratch folder; its name says nothing to a user. */
const privatePart = /[\\/](\.datagpu([\\/](staging-|journal|lock).*)?|datagpu-scratch-.*)$/;

/** The folder, named by the user, in which such a path lies; any other path as it is. */
export function withoutPrivate(path: string): string {
  const shorter = path.replace(privatePart, '');
  return shorter === path ? path : withoutPrivate(shorter);
}
