// The page of businesses that share bays. Keys begin with the page's name.
export const business = {};
