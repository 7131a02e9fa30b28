// Times as the Desk's Datetime field takes them: in the site's zone, which need not be the browser's.
const FORMAT = "YYYY-MM-DD HH:mm:ss";
const MORNING = 9;

const now = () => moment(frappe.datetime.system_datetime());

export const in_hours = (hours) => now().add(hours, "hours").format(FORMAT);

export const on_morning = (days) => now().add(days, "days").startOf("day").hour(MORNING).format(FORMAT);
