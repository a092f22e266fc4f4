// The operator’s page. Keys begin with the page's name.
export const operator = {};
