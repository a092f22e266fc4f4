// The authority’s page. Keys begin with the page's name.
export const authority = {};
