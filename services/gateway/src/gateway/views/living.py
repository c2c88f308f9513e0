"""What was deleted with its project."""


def not_deleted(user: str) -> str:
    """A condition: what belongs to a project that was deleted is in no list.

    Args:
        user: how the query names the owner: "$1".
    """
    return (
        "NOT EXISTS (SELECT FROM library.projects AS p "
        f"WHERE p.user_id = {user} AND p.id = project_id AND p.deleted_at IS NOT NULL)"
    )
