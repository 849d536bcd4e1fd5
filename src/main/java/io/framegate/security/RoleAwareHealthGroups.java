package io.framegate.security;

import java.util.Set;

import io.framegate.configuration.Role;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.health.actuate.endpoint.AdditionalHealthEndpointPath;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;

/**
 * Health is open for probes, but shows only its status without credentials: its
 * components name routes and servers. Any thread may call.
 */
final class RoleAwareHealthGroups implements HealthEndpointGroupsPostProcessor {

	@Override
	public HealthEndpointGroups postProcessHealthEndpointGroups(HealthEndpointGroups groups) {
		return new HealthEndpointGroups() {

			@Override
			public HealthEndpointGroup getPrimary() {
				return new Guarded(groups.getPrimary());
			}

			@Override
			public Set<String> getNames() {
				return groups.getNames();
			}

			@Override
			public @Nullable HealthEndpointGroup get(String name) {
				HealthEndpointGroup group = groups.get(name);
				return (group != null) ? new Guarded(group) : null;
			}
		};
	}

	/**
	 * A group that shows its components only to users with a role.
	 *
	 * @param group the group
	 */
	private record Guarded(HealthEndpointGroup group) implements HealthEndpointGroup {

		private static boolean hasRole(SecurityContext who) {
			return who.isUserInRole(Role.VIEWER.label()) || who.isUserInRole(Role.OPERATOR.label())
					|| who.isUserInRole(Callers.VISITOR);
		}

		@Override
		public boolean isMember(String name) {
			return this.group.isMember(name);
		}

		@Override
		public boolean showComponents(SecurityContext who) {
			return hasRole(who) && this.group.showComponents(who);
		}

		@Override
		public boolean showDetails(SecurityContext who) {
			return hasRole(who) && this.group.showDetails(who);
		}

		@Override
		public StatusAggregator getStatusAggregator() {
			return this.group.getStatusAggregator();
		}

		@Override
		public HttpCodeStatusMapper getHttpCodeStatusMapper() {
			return this.group.getHttpCodeStatusMapper();
		}

		@Override
		public @Nullable AdditionalHealthEndpointPath getAdditionalPath() {
			return this.group.getAdditionalPath();
		}

	}

}
