const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** What Confluence says against a new user, or undefined. The rules are those documented for 8.4 to 10. */
export function objectionToNewUser(user: Readonly<Record<string, unknown>>): string | undefined {
  const { userName, fullName, email, password, notifyViaEmail } = user;
  if (typeof userName !== 'string' || userName.trim() === '') return 'The userName should not be null or blank';
  if (/[\\,+<>'"]/.test(userName)) return 'The userName should not contain any of these characters \\ , + < > \' "';
  if (/\s/.test(userName)) return 'The userName should not contain any whitespace characters';
  if (userName === 'anonymous') return 'The userName should not be "anonymous"';
  if (userName !== userName.toLowerCase()) return 'The userName should not contain any upper case characters';
  if (fullName === undefined || email === undefined) return 'The fullName and the email should not be null or blank';
  const hasPassword = typeof password === 'string' && password !== '';
  if (notifyViaEmail === true && hasPassword) return 'If notifyViaEmail is true then the password should not be specified';
  if (notifyViaEmail !== true && !hasPassword) return 'If notifyViaEmail is false then the password should not be null or blank';
  return objectionToProfile({ fullName, email });
}

/** What Confluence says against a full name or an e-mail address; what is absent is not looked at. */
export function objectionToProfile({ fullName, email }: Readonly<Record<string, unknown>>): string | undefined {
  if (fullName !== undefined) {
    if (typeof fullName !== 'string' || fullName.trim() === '') return 'The fullName should not be null or blank';
    if (/[<>]/.test(fullName)) return 'The fullName should not contain any of these characters < >';
    if (fullName.toLowerCase() === 'anonymous') return 'The fullName should not be "anonymous"';
  }
  if (email !== undefined && (typeof email !== 'string' || !EMAIL.test(email))) return 'The email should be a valid email address';
  return undefined;
}
